//! Privileges, the levels they are held at, and tasks.
//!
//! The order of [`AccessLevel`] is its meaning: the widest of my roles is `max`. A [`Task`] is held or not.
//! Source: security-model 2. Proved by `crates/security/tests/it/main.rs`.

use std::collections::BTreeSet;

/// What can be done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privilege {
    /// Make one.
    Create,
    /// See it.
    Read,
    /// Change its columns.
    Write,
    /// Remove it.
    Delete,
    /// Attach it to another.
    Append,
    /// Have another attached to it.
    AppendTo,
    /// Give it another owner.
    Assign,
    /// Let others reach it.
    Share,
    /// Take it out.
    Export,
}

impl Privilege {
    /// All nine, in the order of the role matrix.
    pub const ALL: [Privilege; 9] = [
        Privilege::Create,
        Privilege::Read,
        Privilege::Write,
        Privilege::Delete,
        Privilege::Append,
        Privilege::AppendTo,
        Privilege::Assign,
        Privilege::Share,
        Privilege::Export,
    ];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            Privilege::Create => "create",
            Privilege::Read => "read",
            Privilege::Write => "write",
            Privilege::Delete => "delete",
            Privilege::Append => "append",
            Privilege::AppendTo => "append_to",
            Privilege::Assign => "assign",
            Privilege::Share => "share",
            Privilege::Export => "export",
        }
    }

    /// Reads [`Privilege::name`].
    pub fn parse(name: &str) -> Option<Privilege> {
        Privilege::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Its bit in the mask of a share.
    pub fn bit(self) -> i64 {
        1 << (self as i64)
    }
}

/// A set of privileges, as a share carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rights(pub i64);

impl Rights {
    /// What a share may carry: everything but create.
    pub fn shareable() -> Rights {
        Privilege::ALL.into_iter().filter(|p| *p != Privilege::Create).collect()
    }

    /// True when the privilege is in the set.
    pub fn has(self, privilege: Privilege) -> bool {
        self.0 & privilege.bit() != 0
    }

    /// True when every privilege of the set is in `other`.
    pub fn within(self, other: Rights) -> bool {
        self.0 & !other.0 == 0
    }

    /// The privileges in the set, in order.
    pub fn list(self) -> impl Iterator<Item = Privilege> {
        Privilege::ALL.into_iter().filter(move |p| self.has(*p))
    }
}

impl FromIterator<Privilege> for Rights {
    fn from_iter<I: IntoIterator<Item = Privilege>>(all: I) -> Rights {
        Rights(all.into_iter().fold(0, |mask, p| mask | p.bit()))
    }
}

/// How far a privilege reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AccessLevel {
    /// Not held.
    #[default]
    None,
    /// Own rows and those of own teams.
    User,
    /// And rows of the principal's unit.
    Unit,
    /// And rows of the units below it.
    UnitAndChildren,
    /// All rows.
    Organisation,
}

impl AccessLevel {
    /// All levels, narrowest first.
    pub const ALL: [AccessLevel; 5] =
        [AccessLevel::None, AccessLevel::User, AccessLevel::Unit, AccessLevel::UnitAndChildren, AccessLevel::Organisation];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            AccessLevel::None => "none",
            AccessLevel::User => "user",
            AccessLevel::Unit => "unit",
            AccessLevel::UnitAndChildren => "unit_and_children",
            AccessLevel::Organisation => "organisation",
        }
    }

    /// Reads [`AccessLevel::name`].
    pub fn parse(name: &str) -> Option<AccessLevel> {
        AccessLevel::ALL.into_iter().find(|l| l.name() == name)
    }
}

/// One level for each privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Levels([AccessLevel; 9]);

impl Levels {
    /// The same level for every privilege.
    pub const fn all(level: AccessLevel) -> Levels {
        Levels([level; 9])
    }

    /// The level of one privilege.
    pub fn of(&self, privilege: Privilege) -> AccessLevel {
        self.0.get(privilege as usize).copied().unwrap_or_default()
    }

    /// These levels with one changed.
    pub fn with(mut self, privilege: Privilege, level: AccessLevel) -> Levels {
        if let Some(place) = self.0.get_mut(privilege as usize) {
            *place = level;
        }
        self
    }
}

macro_rules! tasks {
    ($($variant:ident $name:literal $label:literal,)*) => {
        /// What can be done that is no act on one record. Held or not held.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Task { $(#[doc = $label] $variant,)* }

        impl Task {
            /// All tasks, in the order people see them.
            pub const ALL: &'static [Task] = &[$(Task::$variant,)*];

            /// The word in API and database.
            pub fn name(self) -> &'static str { match self { $(Task::$variant => $name,)* } }

            /// What people read.
            pub fn label(self) -> &'static str { match self { $(Task::$variant => $label,)* } }

            /// Reads [`Task::name`].
            pub fn parse(name: &str) -> Option<Task> { Task::ALL.iter().copied().find(|t| t.name() == name) }
        }
    };
}

tasks! {
    UseApi "use_api" "Use the API",
    BulkImport "bulk_import" "Import files",
    BulkEdit "bulk_edit" "Change many records at once",
    BulkDelete "bulk_delete" "Delete many records at once",
    ManageUsers "manage_users" "Invite people and change their standing",
    DisableUsers "disable_users" "Freeze and unfreeze people",
    AssignRoles "assign_roles" "Give and take roles",
    ManageRoles "manage_roles" "Edit roles",
    ManageUnits "manage_units" "Edit business units",
    ManageTeams "manage_teams" "Edit teams and their members",
    ManageFieldProfiles "manage_field_profiles" "Open and grant secured columns",
    ViewAccess "view_access" "See why others have access",
    ViewAudit "view_audit" "Read the trail",
    ManageMail "manage_mail" "Set up mail and see the outbox",
    ManageBackups "manage_backups" "Fetch archives of departures",
    ManageWorkflows "manage_workflows" "Make and run workflows",
    Customise "customise" "Shape tables, forms and views",
}

/// Tasks as a set.
pub type Tasks = BTreeSet<Task>;
