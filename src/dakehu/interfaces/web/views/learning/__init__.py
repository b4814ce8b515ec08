"""Pages of the knowledge base, courses, exams and training."""
