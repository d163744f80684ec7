"""The stage before the gates: agents repair in isolation, gates verify, no word of an agent is believed."""
