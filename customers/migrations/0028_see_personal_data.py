from typing import Any

from django.db import migrations

WORDS = "See names, e-mail addresses, telephones and addresses of persons"


def _give_to_own_roles(apps: Any, schema_editor: Any) -> None:
    """Let roles that were made here see what they saw; those that Duebook brings get it after every migration."""
    kinds = apps.get_model("contenttypes", "ContentType").objects
    contact, _ = kinds.get_or_create(app_label="customers", model="contact")
    permissions = apps.get_model("auth", "Permission").objects
    given, _ = permissions.get_or_create(content_type=contact, codename="see_personal_data", defaults={"name": WORDS})
    changes = apps.get_model("office", "RoleChange").objects
    for own in apps.get_model("office", "OwnRole").objects.order_by("pk"):
        changes.get_or_create(group_id=own.group_id, permission=given, defaults={"is_given": True})


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("customers", "0027_privacy_requests"),
        ("office", "0050_export_all"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="contact",
            options={"ordering": ["id"], "permissions": [("see_personal_data", WORDS)]},
        ),
        migrations.RunPython(_give_to_own_roles, migrations.RunPython.noop),
    ]
