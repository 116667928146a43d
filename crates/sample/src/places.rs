//! Where people and companies are: countries with their cities, streets, postal codes, company forms and phone numbers.
//!
//! What belongs together stays together: a city has its state, its postal codes and its dialling code ([`City`]).
//! Nobody can be reached under a number made here: where a country keeps numbers for films and books (US and Canada
//! 555-01xx, the drama numbers of Ofcom, ComReg, Bundesnetzagentur, ARCEP and ACMA) these are used, elsewhere the
//! numbers have seven digits behind the country's code, too few to be dialled there.
//! Not here: names of people (`names.rs`). Proved by `crates/sample/tests/it/generated.rs`.

use crate::chance::Chance;

/// A country. In patterns `#` is a digit and `@` a letter.
#[derive(Debug)]
pub(crate) struct Country {
    /// As in the names' data.
    pub code: &'static str,
    /// As Northwind's files write it.
    pub name: &'static str,
    weight: u64,
    /// What a company's name ends with.
    pub forms: &'static [&'static str],
    streets: &'static [&'static str],
    cities: &'static [City],
    mobile: &'static str,
    /// Some people stand in the country's own script.
    pub native_script: bool,
}

/// Name, state or province, postal code, phone.
#[derive(Debug)]
struct City(&'static str, &'static str, &'static str, &'static str);

/// Where something is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The name of the country.
    pub country_name: &'static str,
    /// The name of the city.
    pub city: &'static str,
    /// State or province, may be empty.
    pub state: &'static str,
    /// Street and number.
    pub street: String,
    /// The postal code.
    pub postal_code: String,
    /// A number with the city's dialling code.
    pub phone: String,
}

/// One of [`COUNTRIES`], the large ones more often.
pub(crate) fn country(chance: &mut Chance) -> usize {
    let mut drawn = chance.below(COUNTRIES.iter().map(|c| c.weight).sum());
    for (n, country) in COUNTRIES.iter().enumerate() {
        if drawn < country.weight {
            return n;
        }
        drawn -= country.weight;
    }
    0
}

/// A place in this country.
pub(crate) fn place(chance: &mut Chance, at: usize) -> Place {
    let none = Place { country_name: "", city: "", state: "", street: String::new(), postal_code: String::new(), phone: String::new() };
    let Some(country) = COUNTRIES.get(at) else { return none };
    let number = 1 + chance.skewed(180);
    let street = chance.word(country.streets).replace('#', &number.to_string());
    let skewed = chance.skewed(country.cities.len() as u64) as usize;
    let Some(City(city, state, postal_code, phone)) = country.cities.get(skewed) else { return none };
    let (postal_code, phone) = (chance.filled(postal_code), chance.filled(phone));
    Place { country_name: country.name, city, state, street, postal_code, phone }
}

/// A mobile number of this country.
pub(crate) fn mobile(chance: &mut Chance, at: usize) -> String {
    chance.filled(COUNTRIES.get(at).map_or("", |c| c.mobile))
}

/// Every country there are names for.
pub(crate) const COUNTRIES: &[Country] = &[
    Country {
        code: "US",
        name: "USA",
        weight: 26,
        forms: &["Inc.", "LLC", "Corp.", "Co."],
        streets: &["# Main St.", "# Oak Ave.", "# Harbor Blvd.", "# Pine St. Suite 200", "# 2nd Ave.", "# Market St.", "# Mill Rd."],
        cities: &[
            City("Seattle", "WA", "981##", "+1 206-555-01##"),
            City("New York", "NY", "100##", "+1 212-555-01##"),
            City("Chicago", "IL", "606##", "+1 312-555-01##"),
            City("San Francisco", "CA", "941##", "+1 415-555-01##"),
            City("Austin", "TX", "787##", "+1 512-555-01##"),
            City("Boston", "MA", "021##", "+1 617-555-01##"),
            City("Portland", "OR", "972##", "+1 503-555-01##"),
            City("Denver", "CO", "802##", "+1 303-555-01##"),
            City("Atlanta", "GA", "303##", "+1 404-555-01##"),
            City("Minneapolis", "MN", "554##", "+1 612-555-01##"),
        ],
        mobile: "+1 360-555-01##",
        native_script: false,
    },
    Country {
        code: "GB",
        name: "UK",
        weight: 14,
        forms: &["Ltd", "plc", "& Sons Ltd", "LLP"],
        streets: &["# High Street", "# Station Road", "# Church Lane", "# Victoria Street", "# Mill Lane", "Unit #, Canal Wharf"],
        cities: &[
            City("London", "", "EC2A #@@", "+44 20 7946 0###"),
            City("Manchester", "", "M1 #@@", "+44 161 496 0###"),
            City("Birmingham", "", "B2 #@@", "+44 121 496 0###"),
            City("Leeds", "", "LS1 #@@", "+44 113 496 0###"),
            City("Glasgow", "", "G2 #@@", "+44 141 496 0###"),
            City("Edinburgh", "", "EH2 #@@", "+44 131 496 0###"),
            City("Cardiff", "", "CF10 #@@", "+44 29 2018 0###"),
        ],
        mobile: "+44 7700 900###",
        native_script: false,
    },
    Country {
        code: "DE",
        name: "Germany",
        weight: 14,
        forms: &["GmbH", "AG", "KG", "GmbH & Co. KG"],
        streets: &["Hauptstr. #", "Bahnhofstraße #", "Gartenweg #", "Am Markt #", "Lindenallee #", "Schillerstraße #"],
        cities: &[
            City("Berlin", "", "10###", "+49 30 23125 ###"),
            City("Hamburg", "", "20###", "+49 40 66969 ###"),
            City("München", "", "80###", "+49 89 99998 ###"),
            City("Köln", "", "50###", "+49 221 4710 ###"),
            City("Frankfurt am Main", "", "60###", "+49 69 90009 ###"),
        ],
        mobile: "+49 171 39200##",
        native_script: false,
    },
    Country {
        code: "FR",
        name: "France",
        weight: 9,
        forms: &["SA", "SARL", "SAS"],
        streets: &["#, rue de la République", "#, avenue Victor Hugo", "#, rue du Marché", "#, place de l'Église", "#, quai des Brumes"],
        cities: &[
            City("Paris", "", "7501#", "+33 1 99 00 ## ##"),
            City("Lyon", "", "6900#", "+33 4 65 71 ## ##"),
            City("Marseille", "", "1300#", "+33 4 65 71 ## ##"),
            City("Nantes", "", "4400#", "+33 2 61 91 ## ##"),
            City("Strasbourg", "", "6700#", "+33 3 53 01 ## ##"),
            City("Toulouse", "", "3100#", "+33 5 36 49 ## ##"),
        ],
        mobile: "+33 6 39 98 ## ##",
        native_script: false,
    },
    Country {
        code: "CA",
        name: "Canada",
        weight: 6,
        forms: &["Inc.", "Ltd.", "Corp."],
        streets: &["# King St. W", "# Queen St. E", "# rue Sainte-Catherine", "# Granville St.", "# Elgin St."],
        cities: &[
            City("Toronto", "ON", "M5V #@#", "+1 416-555-01##"),
            City("Montréal", "QC", "H3B #@#", "+1 514-555-01##"),
            City("Vancouver", "BC", "V6B #@#", "+1 604-555-01##"),
            City("Ottawa", "ON", "K1P #@#", "+1 613-555-01##"),
        ],
        mobile: "+1 778-555-01##",
        native_script: false,
    },
    Country {
        code: "ES",
        name: "Spain",
        weight: 5,
        forms: &["S.A.", "S.L."],
        streets: &["Calle Mayor #", "Avda. de la Constitución #", "C/ del Sol #", "Plaza Nueva #", "Paseo Marítimo #"],
        cities: &[
            City("Madrid", "", "2801#", "+34 555 01##"),
            City("Barcelona", "", "0800#", "+34 555 01##"),
            City("Sevilla", "", "4100#", "+34 555 01##"),
            City("Bilbao", "", "4800#", "+34 555 01##"),
            City("València", "", "4600#", "+34 555 01##"),
        ],
        mobile: "+34 655 01##",
        native_script: false,
    },
    Country {
        code: "IT",
        name: "Italy",
        weight: 5,
        forms: &["S.p.A.", "S.r.l.", "& Figli S.r.l."],
        streets: &["Via Roma #", "Via Garibaldi #", "Corso Italia #", "Piazza del Duomo #", "Viale dei Mille #"],
        cities: &[
            City("Milano", "MI", "201##", "+39 555 01##"),
            City("Roma", "RM", "001##", "+39 555 01##"),
            City("Torino", "TO", "101##", "+39 555 01##"),
            City("Bologna", "BO", "401##", "+39 555 01##"),
            City("Napoli", "NA", "801##", "+39 555 01##"),
        ],
        mobile: "+39 355 01##",
        native_script: false,
    },
    Country {
        code: "NL",
        name: "Netherlands",
        weight: 4,
        forms: &["B.V.", "N.V."],
        streets: &["Dorpsstraat #", "Kerkstraat #", "Keizersgracht #", "Stationsplein #", "Molenweg #"],
        cities: &[
            City("Amsterdam", "", "10## @@", "+31 555 01##"),
            City("Rotterdam", "", "30## @@", "+31 555 01##"),
            City("Utrecht", "", "35## @@", "+31 555 01##"),
            City("Groningen", "", "97## @@", "+31 555 01##"),
        ],
        mobile: "+31 655 01##",
        native_script: false,
    },
    Country {
        code: "AU",
        name: "Australia",
        weight: 4,
        forms: &["Pty Ltd", "Ltd"],
        streets: &["# George Street", "# Collins Street", "# Beach Road", "# Wattle Avenue"],
        cities: &[
            City("Sydney", "NSW", "20##", "+61 2 5550 ####"),
            City("Melbourne", "VIC", "30##", "+61 3 5550 ####"),
            City("Brisbane", "QLD", "40##", "+61 7 5550 ####"),
            City("Perth", "WA", "60##", "+61 8 5550 ####"),
        ],
        mobile: "+61 491 570 156",
        native_script: false,
    },
    Country {
        code: "JP",
        name: "Japan",
        weight: 4,
        forms: &["K.K.", "Co., Ltd."],
        streets: &["1-#-3 Nishi-Shinjuku", "2-#-8 Honmachi", "3-#-1 Sakae", "4-#-5 Minato"],
        cities: &[
            City("Tokyo", "", "160-00##", "+81 555 01##"),
            City("Osaka", "", "541-00##", "+81 555 01##"),
            City("Nagoya", "", "460-00##", "+81 555 01##"),
            City("Fukuoka", "", "810-00##", "+81 555 01##"),
        ],
        mobile: "+81 955 01##",
        native_script: true,
    },
    Country {
        code: "BR",
        name: "Brazil",
        weight: 3,
        forms: &["Ltda.", "S.A."],
        streets: &["Rua do Comércio, #", "Av. Paulista, #", "Rua das Flores, #", "Av. Copacabana, #"],
        cities: &[
            City("São Paulo", "SP", "01###-000", "+55 555 01##"),
            City("Rio de Janeiro", "RJ", "20###-000", "+55 555 01##"),
            City("Curitiba", "PR", "80###-000", "+55 555 01##"),
            City("Recife", "PE", "50###-000", "+55 555 01##"),
        ],
        mobile: "+55 955 01##",
        native_script: false,
    },
    Country {
        code: "MX",
        name: "Mexico",
        weight: 3,
        forms: &["S.A. de C.V.", "S. de R.L."],
        streets: &["Av. Insurgentes #", "Calle Hidalgo #", "Av. Juárez #", "Paseo de la Reforma #"],
        cities: &[
            City("México D.F.", "", "060##", "+52 555 01##"),
            City("Guadalajara", "JAL", "441##", "+52 555 01##"),
            City("Monterrey", "NL", "640##", "+52 555 01##"),
        ],
        mobile: "+52 655 01##",
        native_script: false,
    },
    Country {
        code: "DK",
        name: "Denmark",
        weight: 2,
        forms: &["A/S", "ApS"],
        streets: &["Strandvejen #", "Vestergade #", "Nørregade #", "Havnegade #"],
        cities: &[
            City("København", "", "2#00", "+45 555 01##"),
            City("Århus", "", "8#00", "+45 555 01##"),
            City("Odense", "", "5#00", "+45 555 01##"),
        ],
        mobile: "+45 655 01##",
        native_script: false,
    },
    Country {
        code: "IE",
        name: "Ireland",
        weight: 2,
        forms: &["Ltd", "DAC"],
        streets: &["# Patrick Street", "# O'Connell Street", "# Quay Street", "# Bridge Road"],
        cities: &[
            City("Dublin", "", "D02 @###", "+353 20 910 ####"),
            City("Cork", "Co. Cork", "T12 @###", "+353 20 911 ####"),
            City("Galway", "Co. Galway", "H91 @###", "+353 20 912 ####"),
        ],
        mobile: "+353 20 913 ####",
        native_script: false,
    },
    Country {
        code: "KR",
        name: "South Korea",
        weight: 2,
        forms: &["Co., Ltd.", "Inc."],
        streets: &["# Teheran-ro", "# Sejong-daero", "# Haeundae-ro"],
        cities: &[City("Seoul", "", "06###", "+82 555 01##"), City("Busan", "", "48###", "+82 555 01##")],
        mobile: "+82 155 01##",
        native_script: true,
    },
    Country {
        code: "CN",
        name: "China",
        weight: 2,
        forms: &["Co., Ltd.", "Trading Co., Ltd."],
        streets: &["# Nanjing Road", "# Renmin Road", "# Zhongshan Road"],
        cities: &[
            City("Shanghai", "", "2000##", "+86 555 01##"),
            City("Beijing", "", "1000##", "+86 555 01##"),
            City("Guangzhou", "Guangdong", "5100##", "+86 555 01##"),
        ],
        mobile: "+86 155 01##",
        native_script: true,
    },
    Country {
        code: "IN",
        name: "India",
        weight: 3,
        forms: &["Pvt. Ltd.", "Ltd."],
        streets: &["# MG Road", "# Park Street", "# Station Road", "#/2 Nehru Place"],
        cities: &[
            City("Mumbai", "Maharashtra", "4000##", "+91 555 01##"),
            City("Bengaluru", "Karnataka", "5600##", "+91 555 01##"),
            City("Delhi", "", "1100##", "+91 555 01##"),
            City("Kolkata", "West Bengal", "7000##", "+91 555 01##"),
        ],
        mobile: "+91 955 01##",
        native_script: false,
    },
];
