"""What the targets at Google share: each file says how one kind of thing is made and removed."""
