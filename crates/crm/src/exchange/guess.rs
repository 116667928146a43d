//! Where the columns of a file seem to go, by their names.
//!
//! A header is compared with labels, then names, then the words that other products use for the same thing, without
//! case, spaces and signs; a column is given away once. It is a guess that the person sees before anything happens.
//! Not here: how cells are read ([`super::fill`]). Proved by `crates/crm/tests/it/exchange.rs`.

use super::map::{ImportMap, MapLine};
use crate::values::{self, DateForm};
use catalogue::{Catalogue, Column, ColumnId, Kind, Table, text};

/// Words of other products, and the columns they may mean: the first that the table has and that is free.
const WORDS: &[(&[&str], &[&str])] = &[
    (
        &["companyname", "company", "organization", "organisation", "accountname", "account", "customer"],
        &["account", "customer", "company_name", "name", "parent_account"],
    ),
    (&["potentialcustomer", "customername", "client"], &["customer", "account", "parent_account", "name"]),
    (&["customerid", "accountnumber", "accountid", "customernumber"], &["account_number", "customer", "account"]),
    (&["parentaccount", "parentcompany", "subsidiaryof", "parentid"], &["parent_account", "account"]),
    (
        &["topic", "subject", "opportunityname", "dealname", "casetitle", "taskname", "opportunityid"],
        &["topic", "subject", "title", "name"],
    ),
    (&["productname", "product", "itemname"], &["product", "name"]),
    (&["productid", "productnumber", "productcode", "sku"], &["product_number", "product"]),
    (&["firstname", "givenname", "forename"], &["first_name"]),
    (&["lastname", "surname", "familyname"], &["last_name"]),
    (&["contactname", "fullname", "name", "customerfullname"], &["full_name", "name"]),
    (&["primarycontact", "contact"], &["primary_contact", "contact"]),
    (&["title", "jobtitle", "position", "contacttitle"], &["job_title", "title"]),
    (&["email", "emailaddress", "emailaddress1", "mail", "workemail", "email1"], &["email"]),
    (&["phone", "telephone", "telephone1", "tel", "businessphone", "mainphone", "workphone", "phonenumber"], &["phone"]),
    (&["mobile", "mobilephone", "cell", "cellphone"], &["mobile_phone"]),
    (&["fax", "faxnumber"], &["fax"]),
    (&["website", "websiteurl", "web", "url", "homepage", "www"], &["website"]),
    (
        &[
            "address",
            "street",
            "street1",
            "address1",
            "addressline1",
            "billingstreet",
            "mailingstreet",
            "shippingstreet",
            "address1street1",
        ],
        &["address_line1"],
    ),
    (&["city", "town", "billingcity", "mailingcity", "address1city"], &["address_city"]),
    (
        &["state", "region", "province", "billingstate", "mailingstate", "stateprovince", "address1stateprovince", "stateabbr"],
        &["address_state"],
    ),
    (
        &["zip", "zipcode", "postalcode", "postcode", "billingpostalcode", "mailingpostalcode", "billingzip", "address1zippostalcode"],
        &["address_postal_code"],
    ),
    (&["country", "billingcountry", "mailingcountry", "officelocation", "address1countryregion"], &["address_country"]),
    (&["revenue", "annualrevenue"], &["revenue"]),
    (&["employees", "numberofemployees", "noofemployees", "numemployees"], &["number_of_employees"]),
    (&["sector", "industry"], &["industry"]),
    (&["estrevenue", "estimatedrevenue", "amount", "dealvalue", "estimatedvalue"], &["estimated_value"]),
    (&["estclosedate", "estimatedclosedate", "closedate", "expectedclosedate"], &["estimated_close_date"]),
    (&["actualrevenue", "closevalue"], &["actual_value"]),
    (&["stage", "stagename", "dealstage", "salesstage"], &["sales_stage"]),
    (&["sourcecampaign", "campaign"], &["campaign"]),
    (&["leadsource", "source"], &["source"]),
    (&["status"], &["state"]),
    (&["owner", "ownername", "assignedto", "salesagent", "salesrep", "accountowner", "opportunityowner", "leadowner"], &["owner"]),
    (&["dob", "birthday", "dateofbirth", "birthdate"], &["birthdate"]),
    (&["notes", "comments", "description", "background"], &["description"]),
];

/// The map that the headers and the first rows suggest. Only columns among `open` are given away.
pub(crate) fn guess(catalogue: &Catalogue, table: &Table, open: &[ColumnId], headers: &[String], samples: &[Vec<String>]) -> ImportMap {
    let takes = |column: &&Column| (open.contains(&column.id) && !matches!(column.kind, Kind::Id | Kind::File)) || column.name == "owner";
    let columns: Vec<&Column> = table.columns.iter().filter(takes).collect();
    let given = give_away(catalogue, &columns, headers, samples);
    let mut map = ImportMap::default();
    for (at, column) in given.iter().enumerate() {
        let Some(column) = column else { continue };
        map.columns.push(MapLine { from: from(headers, at), to: column.name.clone(), ..MapLine::default() });
    }
    cut_names(table, &mut map);
    map.dates = dates(&given, samples).map(str::to_owned);
    map
}

/// Which column each header gets: by label, then by name, then by what other products call it.
fn give_away<'t>(catalogue: &Catalogue, columns: &[&'t Column], headers: &[String], samples: &[Vec<String>]) -> Vec<Option<&'t Column>> {
    let keys: Vec<String> = headers.iter().map(|header| plain(header)).collect();
    let mut given: Vec<Option<&Column>> = vec![None; headers.len()];
    for way in [by_label, by_name, by_word] {
        for (at, key) in keys.iter().enumerate() {
            if key.is_empty() || given.get(at).copied().flatten().is_some() {
                continue;
            }
            let is_free = |c: &&Column| !given.iter().flatten().any(|g| g.id == c.id) && fits(catalogue, c, at, samples);
            let free = way(columns, key).into_iter().find(is_free);
            if let Some(place) = given.get_mut(at) {
                *place = free;
            }
        }
    }
    given
}

fn by_label<'t>(columns: &[&'t Column], key: &str) -> Vec<&'t Column> {
    columns.iter().filter(|c| plain(&c.label) == key).copied().collect()
}

fn by_name<'t>(columns: &[&'t Column], key: &str) -> Vec<&'t Column> {
    columns.iter().filter(|c| plain(&c.name) == key).copied().collect()
}

fn by_word<'t>(columns: &[&'t Column], key: &str) -> Vec<&'t Column> {
    let meant = WORDS.iter().filter(|(words, _)| words.contains(&key)).flat_map(|(_, names)| names.iter());
    meant.filter_map(|name| columns.iter().find(|c| c.name == **name).copied()).collect()
}

/// A header that stands twice is told by its place.
fn from(headers: &[String], at: usize) -> String {
    let name = headers.get(at).map_or("", String::as_str);
    if headers.iter().filter(|h| *h == name).count() == 1 { name.to_owned() } else { format!("column {}", at + 1) }
}

/// Letters and digits of a name: `Est. revenue`, `est_revenue` and `EstRevenue__c` are one.
fn plain(name: &str) -> String {
    let name = name.strip_suffix("__c").unwrap_or(name);
    text::key(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A choice only takes a column whose first cells are options: `State` may be of a record or of a country.
fn fits(catalogue: &Catalogue, column: &Column, at: usize, samples: &[Vec<String>]) -> bool {
    if column.name != "state" {
        return true;
    }
    let mut cells = samples.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.trim().is_empty()).take(20);
    cells.all(|cell| values::parse_text(catalogue, column, cell, DateForm::Ymd).is_ok())
}

/// Where a full name is there and the family name, which is needed, is not, the full name is cut in two.
fn cut_names(table: &Table, map: &mut ImportMap) {
    let needs_family = table.find("last_name").is_some_and(|c| c.required) && table.find("first_name").is_some();
    let has = |map: &ImportMap, name: &str| map.columns.iter().any(|line| line.to == name);
    if needs_family && !has(map, "last_name") && !has(map, "first_name") {
        for line in map.columns.iter_mut().filter(|line| line.to == "full_name") {
            line.to = "first_name,last_name".into();
            line.shape = Some("person_name".into());
        }
    }
}

/// The order of day, month and year, if every date of the first rows can be read in it and in no other.
fn dates(given: &[Option<&Column>], samples: &[Vec<String>]) -> Option<&'static str> {
    let places: Vec<usize> = (0..given.len())
        .filter(|at| given.get(*at).copied().flatten().is_some_and(|c| matches!(c.kind, Kind::Date | Kind::DateTime)))
        .collect();
    let cells: Vec<&str> =
        samples.iter().flat_map(|row| places.iter().filter_map(|at| row.get(*at))).map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    let reads = |form: DateForm| !cells.is_empty() && cells.iter().all(|cell| values::parse_moment(cell, form).is_ok());
    // WHY: month first before day first: where no day is above 12, most files of the field are American.
    [("ymd", DateForm::Ymd), ("mdy", DateForm::Mdy), ("dmy", DateForm::Dmy)]
        .into_iter()
        .find(|(_, form)| reads(*form))
        .map(|(word, _)| word)
}
