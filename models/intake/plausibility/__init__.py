"""What is legal in a case and absurd: values that nobody can mean, each declared with the reason for its threshold."""
