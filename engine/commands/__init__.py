"""The commands of `tensorbench`: what each does with its arguments. They print and return an exit code; no Qt."""
