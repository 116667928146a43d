//! The words of the small company's world: a trader in food and drink, its customers and what people write about them.
//!
//! Lists only; which word stands where is said in `generate/`. In a text `{p}` stands for a product, `{c}` for a
//! company and `{n}` for a number.
//! Not here: names of people and places (`names.rs`, `places.rs`). Proved by `crates/sample/tests/it/generated.rs`.

/// First words of company names.
pub(crate) const FIRST: &[&str] = &[
    "Blue", "Green", "Silver", "Golden", "Northern", "Southern", "Old", "New", "Bright", "Quiet", "Red", "White", "Amber", "Copper",
    "Crimson", "Ivory", "Granite", "Velvet", "Stone", "Iron", "Little", "Great", "Early", "Honest", "Merry", "Wild", "Plain", "Royal",
    "Swift", "Twin", "Seven", "Second", "Upper", "Lower", "Eastern", "Western", "Coastal", "Inland", "Summer", "Winter",
];

/// Second words of company names.
pub(crate) const SECOND: &[&str] = &[
    "Kiln", "Harbor", "Lantern", "Orchard", "Meadow", "Anchor", "Bridge", "Compass", "Falcon", "Heron", "Otter", "Fox", "Maple", "Birch",
    "Willow", "Juniper", "Thistle", "Clover", "Barley", "Hazel", "Saffron", "Pepper", "Ginger", "Olive", "Walnut", "Cedar", "Ridge",
    "Valley", "River", "Lake", "Island", "Summit", "Hollow", "Spring", "Gate", "Tower", "Mill", "Drum", "Bell", "Wheel", "Anvil", "Loom",
    "Candle", "Kettle", "Basket", "Barrel", "Feather", "Pebble",
];

/// Last words of company names, with the industry option they mean.
pub(crate) const TRADES: &[(&str, &str)] = &[
    ("Foods", "food_and_tobacco_processing"),
    ("Bakery", "food_and_tobacco_processing"),
    ("Creamery", "food_and_tobacco_processing"),
    ("Brewing", "food_and_tobacco_processing"),
    ("Mills", "food_and_tobacco_processing"),
    ("Kitchens", "eating_and_drinking_places"),
    ("Bistros", "eating_and_drinking_places"),
    ("Tea Rooms", "eating_and_drinking_places"),
    ("Restaurants", "eating_and_drinking_places"),
    ("Catering", "consumer_services"),
    ("Hotels", "service_retail"),
    ("Markets", "non_durable_merchandise_retail"),
    ("Grocers", "non_durable_merchandise_retail"),
    ("Delicatessen", "non_durable_merchandise_retail"),
    ("Provisions", "wholesale"),
    ("Wholesale", "wholesale"),
    ("Trading", "distributors_dispatchers_and_processors"),
    ("Imports", "distributors_dispatchers_and_processors"),
    ("Logistics", "transportation"),
    ("Shipping", "transportation"),
    ("Farms", "agriculture_and_non_petrol_natural_resource_extraction"),
    ("Orchards", "agriculture_and_non_petrol_natural_resource_extraction"),
    ("Fisheries", "agriculture_and_non_petrol_natural_resource_extraction"),
    ("Packaging", "durable_manufacturing"),
    ("Consulting", "consulting"),
    ("Design", "design_direction_and_creative_management"),
    ("Insurance", "insurance"),
    ("Capital", "financial"),
    ("Events", "business_services"),
    ("Care Homes", "social_services"),
];

/// Title, department, role option.
pub(crate) const JOBS: &[(&str, &str, &str)] = &[
    ("Owner", "Management", "decision_maker"),
    ("Managing Director", "Management", "decision_maker"),
    ("Purchasing Manager", "Purchasing", "decision_maker"),
    ("Buyer", "Purchasing", "employee"),
    ("Head Chef", "Kitchen", "influencer"),
    ("Sous Chef", "Kitchen", "employee"),
    ("Restaurant Manager", "Operations", "decision_maker"),
    ("Operations Manager", "Operations", "influencer"),
    ("Warehouse Supervisor", "Operations", "employee"),
    ("Accounting Manager", "Finance", "influencer"),
    ("Accounts Payable Clerk", "Finance", "employee"),
    ("Marketing Manager", "Marketing", "influencer"),
    ("Quality Manager", "Quality", "influencer"),
    ("Order Administrator", "Sales", "employee"),
    ("Sales Representative", "Sales", "employee"),
    ("Assistant to the Director", "Management", "employee"),
];

/// Products that are written in where the organisation has none: name and price in whole units.
pub(crate) const OFFERINGS: &[(&str, i64)] = &[
    ("Breakfast tea", 18),
    ("Ground coffee", 46),
    ("Olive oil", 21),
    ("Sea salt crackers", 9),
    ("Orange marmalade", 81),
    ("Smoked herring", 26),
    ("Aged cheddar", 34),
    ("Dried pears", 30),
    ("Dark chocolate", 43),
    ("Wheat flour", 14),
    ("Pepper sauce", 21),
    ("Apple juice", 19),
];

/// What leads are about.
pub(crate) const LEAD_TOPICS: &[&str] = &[
    "Interested in {p}",
    "Wants the price list",
    "New restaurant, needs a supplier",
    "Asked for samples of {p}",
    "Changing supplier at the end of the quarter",
    "Looks for organic products",
    "Met at the trade fair, wants a visit",
    "Opens {n} more shops next year",
    "Weekly delivery for {n} kitchens",
    "Gift boxes for the holidays",
];

/// What opportunities are called.
pub(crate) const DEALS: &[&str] = &[
    "Spring assortment for {c}",
    "{c}: {p}",
    "Yearly contract with {c}",
    "{c}: weekly delivery",
    "Gift boxes for {c}",
    "{c}: new shop, first order",
    "Private label for {c}",
    "{c}: {n} pallets of {p}",
];

/// What to do next.
pub(crate) const NEXT_STEPS: &[&str] = &[
    "Send samples",
    "Visit and show the new assortment",
    "Ask for last year's volumes",
    "Send the revised offer",
    "Clear the payment terms with accounting",
    "Wait for the board's decision",
];

/// Cases: type option, title, description, resolution.
pub(crate) const CASES: &[(&str, &str, &str, &str)] = &[
    ("problem", "{n} boxes of {p} arrived damaged", "The outer carton was wet. Photographs follow.", "Replaced at our cost."),
    (
        "problem",
        "Delivery is late",
        "Promised for the morning, not there by evening.",
        "The carrier had lost a pallet; delivered next day.",
    ),
    ("problem", "Wrong product delivered instead of {p}", "The label is right, the content is not.", "Collected and exchanged."),
    ("problem", "Invoice does not match the order", "The discount that was agreed is missing.", "Credit note sent."),
    ("problem", "Best-before date of {p} too near", "Less than {n} days left.", "Took it back, fresh batch delivered."),
    ("question", "Which allergens are in {p}?", "Needs the data sheet in writing.", "Data sheet sent."),
    ("question", "When is {p} available again?", "Has {n} orders waiting for it.", "Told the date of the next shipment."),
    ("question", "Can the delivery day be changed?", "The kitchen is closed on Mondays.", "Moved to Tuesday."),
    ("request", "Send invoices to another address", "Accounting has moved.", "Changed from the next invoice on."),
    ("request", "Return {n} unopened boxes of {p}", "Ordered by mistake.", "Collected; credited less freight."),
    ("request", "Copy of the certificate of origin", "Needed for customs.", "Sent by mail."),
];

/// Subjects of tasks.
pub(crate) const TASKS: &[&str] = &[
    "Send the offer",
    "Prepare samples of {p}",
    "Check credit before the next order",
    "Update the address",
    "Ask for feedback on the last delivery",
    "Put together last year's volumes",
    "Write the minutes of the visit",
    "Find out who decides",
];

/// Subjects of phone calls.
pub(crate) const CALLS: &[&str] = &[
    "Talk about the offer",
    "Follow up on the samples",
    "Reminder: open invoice",
    "Ask about the next order",
    "Introduce the new assortment",
    "Complaint about the delivery",
    "Agree on a date for the visit",
];

/// Subjects of appointments and where they are.
pub(crate) const MEETINGS: &[(&str, &str)] = &[
    ("Tasting of {p}", "Customer's kitchen"),
    ("Yearly review", "Our office"),
    ("First visit", "Customer's office"),
    ("Negotiation of terms", "Video call"),
    ("Presentation of the new assortment", "Show room"),
    ("Lunch with the buyer", "Restaurant at the market"),
];

/// Titles and texts of notes.
pub(crate) const NOTES: &[(&str, &str)] = &[
    ("Visit", "Friendly, short of time. Decides alone up to {n} cases a week."),
    ("Competitor", "Buys the rest elsewhere, price is not the reason: they deliver before seven."),
    ("Payment", "Pays late in summer, always pays in full."),
    ("Preferences", "Likes {p}, does not like surprises. Call before nine."),
    ("Delivery", "Back door, ring twice. No lift; {n} steps."),
    ("Background", "Family business, the daughter takes over next year."),
];
