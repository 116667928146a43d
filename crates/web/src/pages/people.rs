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
    /// The person may look for forgotten accounts.
    pub can_find: bool,
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
    /// No person: a service account, as far as the reader may know.
    pub is_service: bool,
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
    /// `/people/{id}`; forms post to `/roles`, `/roles/take`, `/freeze`, `/unfreeze`, `/place`, `/end`, `/service`, `/invitation` below it.
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
    /// Until when the person is here, and whether it is one.
    pub time: TimeHere,
    /// The teams the person is in.
    pub teams: Vec<Principal>,
    /// An invitation's link, shown this once; empty otherwise.
    pub invitation: String,
    /// Until when that link works, in words.
    pub invitation_until: String,
    /// What is known of somebody who was stopped, and what the reader may do about it.
    pub stopped: Stopped,
    /// The person's departure, or planning one; none for whoever has no part in it.
    pub departure: Option<Link>,
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

/// What is known of somebody who was frozen or disabled.
#[derive(Debug, Clone, Default)]
pub struct Stopped {
    /// Since when, by whom and why, in words; empty for whoever works here, or for whoever may not know.
    pub since: String,
    /// The person does not work here any more.
    pub is_out: bool,
    /// The reader may disable the person, in a form that posts to `/disable`.
    pub can_disable: bool,
    /// The reader may let the person back in, in a form that posts to `/enable`.
    pub can_enable: bool,
    /// What was held when the person was disabled and is not held now.
    pub held: Vec<HeldBefore>,
    /// Tries to sign in as the person; none to show where there were none.
    pub refused: Vec<RefusedRow>,
}

/// Something that was held before somebody was disabled.
#[derive(Debug, Clone, Default)]
pub struct HeldBefore {
    /// `Role`, `Field profile`, `Team`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its page; empty for whoever may not open it.
    pub href: String,
    /// Since when it was held, in words.
    pub since: String,
    /// Where giving it again posts to; empty for whoever may not.
    pub give: String,
    /// The field that names it there.
    pub field: String,
    /// Its id.
    pub id: String,
}

/// Tries to sign in, those of an hour together.
#[derive(Debug, Clone, Default)]
pub struct RefusedRow {
    /// The last of them.
    pub last: When,
    /// By which way, in words.
    pub way: String,
    /// How many, in words.
    pub tries: String,
}

/// Until when somebody is here, and whether the account is a person's.
#[derive(Debug, Clone, Default)]
pub struct TimeHere {
    /// The reader may change both, in forms that post to `/end` and `/service`.
    pub can_change: bool,
    /// The end as an input of the browser has it; empty for none.
    pub until: String,
    /// The end has passed.
    pub is_over: bool,
    /// The end to read.
    pub ends: Option<When>,
    /// It is a service account.
    pub is_service: bool,
    /// It is ticked as one.
    pub is_ticked: bool,
    /// The form about service accounts stands open.
    pub is_open: bool,
    /// Who answers for it.
    pub owner: Option<Principal>,
    /// The picker of who answers for it.
    pub responsible: Lookup,
    /// The service accounts that the person answers for.
    pub services: Vec<Principal>,
}

/// Accounts that were forgotten.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "finder.html")]
pub struct FinderPage {
    /// The surroundings.
    pub frame: Frame,
    /// How many days not seen is dormant, as entered.
    pub days: String,
    /// What is wrong with that; empty for nothing.
    pub error: String,
    /// The four lists.
    pub lists: Vec<FoundList>,
}

/// One list of forgotten accounts.
#[derive(Debug, Clone, Default)]
pub struct FoundList {
    /// Its name in the page.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// What it lists.
    pub text: String,
    /// What is said where it lists nobody.
    pub nobody: String,
    /// How many, in words.
    pub count: String,
    /// The number of days is asked for here.
    pub asks_days: bool,
    /// There are more.
    pub has_more: bool,
    /// The accounts.
    pub rows: Vec<FoundRow>,
}

/// One forgotten account.
#[derive(Debug, Clone, Default)]
pub struct FoundRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// No person uses it.
    pub is_service: bool,
    /// Where it stands.
    pub state: Badge,
    /// The unit's name.
    pub unit: String,
    /// When it was last used.
    pub seen: Option<When>,
    /// Why it stands here.
    pub why: String,
    /// How many roles it has.
    pub roles: String,
    /// How many tokens it has.
    pub tokens: String,
    /// What the reader can do, each with where.
    pub todo: Vec<Link>,
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
