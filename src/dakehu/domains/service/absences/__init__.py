"""Who is away, who stands in, and what goes to the deputy meanwhile."""
