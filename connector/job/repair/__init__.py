"""Put right afterwards what runs left: try again, compare with the target, let go of people."""
