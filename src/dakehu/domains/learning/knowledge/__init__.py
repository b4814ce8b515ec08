"""The knowledge base (知识库): articles in versions, approved by a second person, with a review date, confirmed as read."""
