"""The mails that members of staff get: what is theirs to do, and who named them. In English, as staff's screens are."""

from django.db.models import QuerySet
from django.urls import reverse

from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.staff_letter import NOT_HERE, person_of, quoted, staff_letter
from office.models import Comment, KeptFile, OutgoingMail, Run, Task, User
from office.operations.comment import MENTION_MAIL
from office.operations.make_task import TASK_MAIL
from office.operations.order_file import FILE_MAIL, ordered_by
from office.operations.tell_administrators import FAILURE_MAIL
from office.talk.topics import About, may_see, page_of, seen_by, tasks_for
from office.written import plain_day, plain_moment


def task_letter(mail: OutgoingMail) -> Letter:
    """What is to be done by when, with the address where it is answered."""
    task = Task.objects.select_related("company", "made_by").get(pk=mail.about_id)
    person = person_of(mail)
    if reason := task_reason(mail):
        raise NotToBeSent(reason)
    about = f", about {task.about_name}" if task.about_name else ""
    first = f"{task.made_by or 'Duebook'} put this on your list, to be done by {plain_day(task.due_on)}{about}:"
    words = [first, *quoted(task.title, task.note, *_said(task))]
    return staff_letter(
        mail, person, task.title, words, reverse("office:task", args=[task.pk]), "Answer or mark as done"
    )


def task_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: done, given to another, or theirs to see no more."""
    task = Task.objects.get(pk=mail.about_id)
    person = person_of(mail)
    if task.done_at:
        return "Not sent: it is done."
    is_theirs = task.assignee_id == person.pk or (task.department and task.department == person.department)
    if not is_theirs:
        return "Not sent: it is somebody else's now."
    return "" if person.is_active and tasks_for(person).filter(pk=task.pk).exists() else NOT_HERE


def failure_letter(mail: OutgoingMail) -> Letter:
    """What administrators are to look at: which job failed, or what the check of the book found."""
    task, person = Task.objects.get(pk=mail.about_id), person_of(mail)
    if reason := failure_reason(mail):
        raise NotToBeSent(reason)
    words = ["Duebook tells its administrators:", *quoted(task.title, task.note)]
    return staff_letter(mail, person, task.title, words, reverse("office:task", args=[task.pk]), "Look at it")


def failure_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: looked at already, or they work here no more."""
    if Task.objects.get(pk=mail.about_id).done_at:
        return "Not sent: somebody looked at it."
    return "" if person_of(mail).is_active else NOT_HERE


def mention_letter(mail: OutgoingMail) -> Letter:
    """What somebody said, and where."""
    comment = Comment.objects.select_related("by", "task").get(pk=mail.about_id)
    person = person_of(mail)
    if reason := mention_reason(mail):
        raise NotToBeSent(reason)
    where = reverse("office:task", args=[comment.task_id]) if comment.task_id else _page(comment)
    words = [f"{comment.by} wrote:", *quoted(comment.body)]
    return staff_letter(mail, person, f"{comment.by} mentioned you", words, where, "Read and answer")


def mention_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: taken back, or theirs to see no more."""
    comment = Comment.objects.get(pk=mail.about_id)
    if comment.withdrawn_at:
        return "Not sent: it was taken back."
    return "" if may_see(person_of(mail), About(comment.about_type, comment.about_id, "")) else NOT_HERE


def file_letter(mail: OutgoingMail) -> Letter:
    """That a file is ready, and where it is: the file itself stays here."""
    run, person = Run.objects.get(pk=mail.about_id), person_of(mail)
    if reason := file_reason(mail):
        raise NotToBeSent(reason)
    until = plain_moment(run.kept_file.expires_at)
    words = [f"The file that you ordered is ready, and is kept until {until}:", *quoted(run.title, run.kept_file.name)]
    return staff_letter(
        mail, person, f"{run.title} is ready", words, reverse("office:kept_file", args=[run.pk]), "Download"
    )


def file_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: kept no more, or they work here no more."""
    if not KeptFile.objects.filter(run=mail.about_id).exists():
        return "Not sent: the file is kept no more."
    return "" if person_of(mail).is_active else NOT_HERE


def comments_for(user: User) -> QuerySet[Comment]:
    """The comments about what a person sees."""
    return Comment.objects.filter(seen_by(user))


def _page(comment: Comment) -> str:
    return page_of(comment.about_type, comment.about_id) + "#talk"


def _said(task: Task) -> list[str]:
    """The question itself, where it is longer than its first line."""
    asked = task.comments.order_by("pk").first()
    return [asked.body] if asked and not asked.withdrawn_at and asked.body != task.title else []


TO_STAFF = (
    MailKind(TASK_MAIL, task_letter, task_reason, tasks_for),
    MailKind(FAILURE_MAIL, failure_letter, failure_reason, tasks_for),
    MailKind(FILE_MAIL, file_letter, file_reason, ordered_by),
    MailKind(MENTION_MAIL, mention_letter, mention_reason, comments_for),
)
