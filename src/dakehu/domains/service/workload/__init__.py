"""The hours of each person: contacts owed to clients, time of tasks, and the effect of moving clients."""
