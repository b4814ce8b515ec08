"""Courses (课程) with lessons and a quiz: enrolments with reason and due date, and completion."""
