"""Addresses of tasks, their board, checklists and absences."""

from django.urls import path

from dakehu.interfaces.web.views import tasks

urlpatterns = [
    path("tasks/", tasks.listed, name="tasks"),
    path("tasks/change", tasks.change_chosen, name="tasks-change"),
    path("tasks/board/", tasks.board, name="task-board"),
    path("tasks/checklists/", tasks.checklists, name="checklists"),
    path("tasks/absences/", tasks.absences, name="absences"),
    path("tasks/<int:pk>/", tasks.one, name="task"),
]
