"""Take in text messages: who may send them, what they say, and what is repaired in them; pure but for its clients."""
