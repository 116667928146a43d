//! People and teams: the list, one person with roles, the invitation, one team with members and roles.
//!
//! One idea: a person's page shows what they may do and why, and each change of it asks for a reason. A team's page
//! shows the same roles in the same way, since they are its members' own.
//! Deliberately not here: what a role holds ([`super::roles`]). Start reading at [`PersonPage`].
//! Proved by `tests/it/pages.rs`.

use super::columns::HeldProfile;
use super::form::Lookup;
use super::frame::Frame;
use super::{Badge, Choice, Kept, Link, Principal, When};
use askama::Template;

/// The people of the organisation.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// The surroundings.
    pub frame: Frame,
    /// What was looked for.
    pub search: String,
    /// The state filters: all, active, invited, frozen.
    pub filters: Vec<Link>,
    /// The people.
    pub rows: Vec<PersonRow>,
    /// How many, in words.
    pub count: String,
    /// The next page.
    pub next_href: Option<String>,
    /// The person may invite others.
    pub can_invite: bool,
}

/// One person in the list.
#[derive(Debug, Clone, Default)]
pub struct PersonRow {
    /// Full name.
    pub name: String,
    /// Their page.
    pub href: String,
    /// E-mail; empty if the reader may not see it.
    pub email: String,
    /// The unit's name.
    pub unit: String,
    /// `Active`, `Invited`, `Frozen`.
    pub state: Badge,
    /// The roles' names.
    pub roles: Vec<String>,
    /// When they last signed in, if known to the reader.
    pub seen: Option<When>,
}

/// One person.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// The surroundings; the title is the person's name.
    pub frame: Frame,
    /// `/people/{id}`; forms post to `/roles`, `/roles/take`, `/freeze`, `/unfreeze`, `/place`, `/invitation` below it.
    pub href: String,
    /// One or two letters.
    pub initials: String,
    /// The state.
    pub state: Badge,
    /// E-mail; empty if the reader may not see it.
    pub email: String,
    /// Facts: unit, manager, last sign-in, member since: label and value.
    pub facts: Vec<Kept>,
    /// The job, as it stands in the form with `units`.
    pub job: String,
    /// The name, as it stands in the form with `units`.
    pub name: String,
    /// The unit's choices, for whoever may move people; empty hides the form, which posts `name`, `title`,
    /// `business_unit`, `manager` to `/place`.
    pub units: Vec<Choice>,
    /// Which records follow a move, shown with `units`; posts `rows`.
    pub follows: Follows,
    /// What the form was opened with; posts `was`.
    pub was: String,
    /// The manager's picker, shown with `units`.
    pub manager: Lookup,
    /// The roles held.
    pub roles: Vec<HeldRole>,
    /// The roles that the reader may give; empty hides the form.
    pub givable: Vec<Choice>,
    /// The reason entered, where giving a role did not work.
    pub give_reason: String,
    /// The end entered, `YYYY-MM-DD`.
    pub give_until: String,
    /// The field profiles held.
    pub profiles: Vec<HeldProfile>,
    /// Whether the field profiles are shown at all.
    pub sees_profiles: bool,
    /// The field profiles that the reader may give; empty hides the form, which posts to `/field_profiles`.
    pub profiles_to_give: Vec<Choice>,
    /// The reason entered, where giving a field profile did not work.
    pub profile_reason: String,
    /// The end entered, `YYYY-MM-DD`.
    pub profile_until: String,
    /// The teams the person is in.
    pub teams: Vec<Principal>,
    /// An invitation's link, shown this once; empty otherwise.
    pub invitation: String,
    /// Until when that link works, in words.
    pub invitation_until: String,
    /// The reader may freeze the person.
    pub can_freeze: bool,
    /// The reader may unfreeze the person.
    pub can_unfreeze: bool,
    /// There is a second factor, and the reader may take it away.
    pub can_reset_factor: bool,
    /// The reader may make a new invitation link.
    pub can_invite_again: bool,
    /// Why something can't be done here (own roles, last administrator); empty for nothing.
    pub guard: String,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
}

/// What is asked where somebody or a team moves to another unit.
#[derive(Debug, Clone, Default)]
pub struct Follows {
    /// `all`, `open`, `none`; empty where nothing is owned.
    pub choices: Vec<Choice>,
    /// How many records of which tables.
    pub counts: Vec<Kept>,
    /// The reader's own job that still lets records follow.
    pub running: Option<Link>,
}

/// One role that a person holds.
#[derive(Debug, Clone, Default)]
pub struct HeldRole {
    /// The role's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its page; empty for whoever may not open it.
    pub href: String,
    /// Through which team, empty for given to the person.
    pub through: String,
    /// Who gave it and when, in words.
    pub given: String,
    /// Why.
    pub reason: String,
    /// Until when, if it ends.
    pub until: Option<When>,
    /// The reader may take it away.
    pub can_take: bool,
}

/// One team.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "team.html")]
pub struct TeamPage {
    /// The surroundings; the title is the team's name.
    pub frame: Frame,
    /// `/teams/{id}`; forms post to `/name`, `/unit`, `/members`, `/members/remove`, `/roles`, `/roles/take` below it.
    pub href: String,
    /// What it is for, its unit: label and value.
    pub facts: Vec<Kept>,
    /// Who is in it; none for whoever may not know.
    pub members: Option<Vec<Principal>>,
    /// The reader may put people in and take people out.
    pub can_change_members: bool,
    /// Who is put in.
    pub user: Lookup,
    /// What is wrong with whom was entered.
    pub user_error: String,
    /// The reader may call it otherwise.
    pub can_rename: bool,
    /// The name, as it stands in its form.
    pub name: String,
    /// The unit's choices, for whoever may move the team; empty hides the form, which posts `business_unit`, `rows`.
    pub units: Vec<Choice>,
    /// Which records follow a move, shown with `units`.
    pub follows: Follows,
    /// The roles it was given; none for whoever may not know.
    pub roles: Vec<HeldRole>,
    /// Whether the roles are shown at all.
    pub has_roles: bool,
    /// The roles that the reader may give; empty hides the form.
    pub givable: Vec<Choice>,
    /// The reason entered, where giving a role did not work.
    pub give_reason: String,
    /// The end entered, `YYYY-MM-DD`.
    pub give_until: String,
    /// The field profiles held.
    pub profiles: Vec<HeldProfile>,
    /// Whether the field profiles are shown at all.
    pub sees_profiles: bool,
    /// The field profiles that the reader may give; empty hides the form, which posts to `/field_profiles`.
    pub profiles_to_give: Vec<Choice>,
    /// The reason entered, where giving a field profile did not work.
    pub profile_reason: String,
    /// The end entered, `YYYY-MM-DD`.
    pub profile_until: String,
    /// Why something can't be done here; empty for nothing.
    pub guard: String,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
}
