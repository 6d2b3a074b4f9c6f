"""What `make demo` runs on: a scenario and a gateway that misbehaves."""
