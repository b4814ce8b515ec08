"""The knowledge base (知识库): articles in versions, approved by a second person, reviewed by a day, confirmed as read."""
