"""Where programs find companies and approvals."""

from django.urls import path

from office.api import (
    approvals,
    comments,
    companies,
    face,
    jobs,
    mail_texts,
    numbers,
    rates,
    returned_mail,
    saved_views,
    sending_hours,
    tasks,
)

urlpatterns = [
    path("companies/", companies.CompaniesView.as_view()),
    path("approvals/", approvals.ApprovalsView.as_view()),
    path("approvals/<int:request_id>/approve/", approvals.ApproveView.as_view()),
    path("approvals/<int:request_id>/decline/", approvals.DeclineView.as_view()),
    path("approvals/<int:request_id>/withdraw/", approvals.WithdrawView.as_view()),
    path("approval-rules/", approvals.RulesView.as_view()),
    path("returned-mail/", returned_mail.ReturnedMailView.as_view()),
    path("exchange-rates/", rates.ExchangeRatesView.as_view()),
    path("exchange-rate-files/", rates.RateFilesView.as_view()),
    path("sending-hours/", sending_hours.SendingHoursView.as_view()),
    path("own-days/", sending_hours.OwnDaysView.as_view()),
    path("own-days/<int:own_day_id>/", sending_hours.OwnDayView.as_view()),
    path("views/", saved_views.SavedViewsView.as_view()),
    path("views/<int:view_id>/", saved_views.SavedViewView.as_view()),
    path("jobs/", jobs.JobsView.as_view()),
    path("face/", face.FaceView.as_view()),
    path("mail-texts/", mail_texts.MailTextsView.as_view()),
    path("mail-texts/one/", mail_texts.MailTextView.as_view()),
    path("tasks/", tasks.TasksView.as_view()),
    path("tasks/<int:task_id>/", tasks.TaskView.as_view()),
    path("tasks/<int:task_id>/finish/", tasks.FinishView.as_view()),
    path("tasks/<int:task_id>/reopen/", tasks.ReopenView.as_view()),
    path("tasks/<int:task_id>/assign/", tasks.AssignView.as_view()),
    path("tasks/<int:task_id>/answer/", tasks.AnswerView.as_view()),
    path("questions/", tasks.QuestionsView.as_view()),
    path("comments/", comments.CommentsView.as_view()),
    path("comments/<int:comment_id>/withdraw/", comments.WithdrawView.as_view()),
    path("number-patterns/", numbers.NumberPatternsView.as_view()),
]
