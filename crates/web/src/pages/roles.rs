//! Roles as a matrix, units and teams.
//!
//! One idea: a role is read at a glance: tables down, privileges across, a level in each cell, drawn as a filling
//! disc and said in words. In edit mode each cell is a select called `level-<table>-<privilege>`.
//! Deliberately not here: the blast radius (later). Start reading at [`RolePage`]. Proved by `tests/it/pages.rs`.

use super::frame::Frame;
use super::{Choice, Kept, Principal};
use askama::Template;

/// All roles.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "roles.html")]
pub struct RolesPage {
    /// The surroundings.
    pub frame: Frame,
    /// The roles.
    pub rows: Vec<RoleRow>,
    /// The reader may make a new one.
    pub can_create: bool,
}

/// One role in the list.
#[derive(Debug, Clone, Default)]
pub struct RoleRow {
    /// Its name.
    pub name: String,
    /// Its page; empty for whoever may not open it.
    pub href: String,
    /// What it is for.
    pub purpose: String,
    /// Whether it came with the product.
    pub is_shipped: bool,
    /// How many hold it, in words: `4 people, 1 team`.
    pub held_by: String,
}

/// One role.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "role.html")]
pub struct RolePage {
    /// The surroundings; the title is the role's name.
    pub frame: Frame,
    /// `/roles/{id}`; the matrix posts `name`, `team_only`, `task` (several) and its cells to it.
    pub href: String,
    /// Where Cancel leads.
    pub cancel: String,
    /// The name, as it stands in the form.
    pub name: String,
    /// Given to a team, its own level reaches what the team owns, not what its members own.
    pub is_team_only: bool,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
    /// What it is for.
    pub purpose: String,
    /// The privileges across: `Create`, `Read`.
    pub privileges: Vec<Choice>,
    /// The tables down.
    pub lines: Vec<RoleLine>,
    /// The tasks.
    pub tasks: Vec<RoleTask>,
    /// Who holds it.
    pub holders: Vec<Principal>,
    /// Whether the matrix can be changed on this page (else it is read).
    pub is_editing: bool,
    /// The reader may change it; leads to `href` with `?edit`.
    pub can_edit: bool,
    /// Whoever holds it needs a second factor.
    pub asks_factor: bool,
    /// Whether the reader may change that.
    pub can_ask_factor: bool,
    /// Why it can't be changed, empty for nothing.
    pub guard: String,
    /// Posted along: the version.
    pub kept: Vec<Kept>,
}

impl RolePage {
    /// Whether the line at this place is the first of its area.
    pub fn starts_area(&self, place: usize) -> bool {
        let area = |at: usize| self.lines.get(at).map(|line| line.area.as_str());
        area(place) != place.checked_sub(1).and_then(area)
    }
}

/// One table of the matrix.
#[derive(Debug, Clone, Default)]
pub struct RoleLine {
    /// The table's set.
    pub set: String,
    /// Its label.
    pub label: String,
    /// Its area: `Sales`; a heading where it changes.
    pub area: String,
    /// The levels, one for each privilege.
    pub levels: Vec<Level>,
}

/// One cell of the matrix.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// `none`, `user`, `unit`, `unit_and_children`, `organisation`.
    pub value: String,
    /// Which levels there are for this table; fewer than two means it can't be given here.
    pub choices: Vec<Choice>,
}

impl Level {
    /// The level in words.
    pub fn words(&self) -> &'static str {
        match self.value.as_str() {
            "user" => "Own",
            "unit" => "Unit",
            "unit_and_children" => "Unit and below",
            "organisation" => "All",
            _ => "None",
        }
    }

    /// The level as a number of quarters, for the drawing.
    pub fn quarters(&self) -> u8 {
        match self.value.as_str() {
            "user" => 1,
            "unit" => 2,
            "unit_and_children" => 3,
            "organisation" => 4,
            _ => 0,
        }
    }
}

impl RoleLine {
    /// Levels with the privileges they belong to.
    pub fn pairs<'r>(&'r self, privileges: &'r [Choice]) -> impl Iterator<Item = (&'r Choice, &'r Level)> {
        privileges.iter().zip(&self.levels)
    }
}

/// One task of a role.
#[derive(Debug, Clone, Default)]
pub struct RoleTask {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Whether the role holds it.
    pub is_held: bool,
}

/// The tree of units, and the teams.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "units.html")]
pub struct UnitsPage {
    /// The surroundings.
    pub frame: Frame,
    /// The units, the tree in order.
    pub units: Vec<UnitRow>,
    /// The teams.
    pub teams: Vec<TeamRow>,
    /// The reader may make units; posts `name`, `parent` to `/units`.
    pub can_manage_units: bool,
    /// The reader may make teams; posts `name`, `business_unit`, `kind` to `/teams`.
    pub can_manage_teams: bool,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
    /// The name entered for a new unit.
    pub unit_name: String,
    /// The unit chosen in the form that did not work.
    pub unit_chosen: String,
    /// The name entered for a new team.
    pub team_name: String,
    /// The team templates, for whoever may make teams; making one posts `set`, `name`, `rights` to `/team_templates`.
    pub templates: Vec<TemplateRow>,
    /// The tables whose records can have teams.
    pub template_tables: Vec<Choice>,
    /// What a template may carry, some chosen beforehand.
    pub template_rights: Vec<Choice>,
    /// The name entered for a new template.
    pub template_name: String,
}

/// One team template.
#[derive(Debug, Clone, Default)]
pub struct TemplateRow {
    /// Its id; ending it posts to `/team_templates/{id}/end`.
    pub id: String,
    /// What it and its teams are called.
    pub name: String,
    /// Of which table: `Accounts`.
    pub table: String,
    /// What its teams may do: `see, change`.
    pub rights: String,
}

/// One unit of the tree.
#[derive(Debug, Clone, Default)]
pub struct UnitRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How deep it lies, the root at 0.
    pub depth: usize,
    /// How many people are in it; empty for whoever may not know.
    pub people: String,
    /// Its form, for whoever may change it; empty otherwise.
    pub href: String,
}

/// One team.
#[derive(Debug, Clone, Default)]
pub struct TeamRow {
    /// Its name.
    pub name: String,
    /// Its page, empty for none.
    pub href: String,
    /// `Owner team`, `Access team`, `Default team`.
    pub kind: String,
    /// Its unit's name.
    pub unit: String,
    /// Its members' names, the first few.
    pub members: String,
    /// Its roles' names.
    pub roles: Vec<String>,
}
