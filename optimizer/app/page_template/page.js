// Says so where the page no longer works: its process or the server is gone, or it was never drawn.
(() => {
  const SECONDS = 1000;
  const place = document.getElementById("gone");
  const say = (sentence) => {
    place.textContent = sentence;
    place.hidden = false;
  };
  const { kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const look = async () => {
    try {
      const answer = await fetch(`/alive/${kernelId}`, { cache: "no-store" });
      if (answer.ok) {
        setTimeout(look, 3 * SECONDS);
      } else {
        say("What worked out this page has ended, and it no longer answers. Load the page again.");
      }
    } catch {
      say("This page no longer answers: tierwise app has ended. Start it again, and open the address that it prints.");
    }
  };
  look();
  setTimeout(() => {
    if (document.getElementById("loading")) {
      say("This page could not be drawn. Load it again.");
    }
  }, 60 * SECONDS);
})();
