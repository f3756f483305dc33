from django.urls import path

from recognition.staff.people import (
    deletion_page,
    invitations_page,
    people_page,
    person_changes,
    person_page,
)

urlpatterns = [
    path("", people_page.page, name="people"),
    path("invite/", invitations_page.page, name="people-invite"),
    path("invitations/<uuid:invitation_id>/revoke/", invitations_page.revoke, name="people-revoke"),
    path("<int:user_id>/", person_page.page, name="people-person"),
    path("<int:user_id>/role/", person_changes.role, name="people-role"),
    path("<int:user_id>/further/", person_changes.further_rights, name="people-further"),
    path("<int:user_id>/quota/", person_changes.quota, name="people-quota"),
    path("<int:user_id>/active/", person_changes.active, name="people-active"),
    path("<int:user_id>/sessions/", person_changes.end_sessions, name="people-sessions"),
    path("<int:user_id>/factors/", person_changes.remove_factors, name="people-factors"),
    path("<int:user_id>/tokens/", person_changes.revoke_tokens, name="people-tokens"),
    path("<int:user_id>/tokens/<uuid:token_id>/", person_changes.revoke_token, name="people-token"),
    path("<int:user_id>/password/", person_page.password, name="people-password"),
    path("<int:user_id>/delete/", deletion_page.page, name="people-delete"),
]
