//! Where a dump is restored to: an empty place, marked until it is whole, and begun again when it was left half-way.
//!
//! Start reading at [`half_a_restore_serves_nobody_and_is_begun_again`].

use super::{Place, dumped, open, organisation, stands};
use crate::both::{Database, Directory, on_both};
use store::dump::{self, Identity, What};
use store::{Dialect, OpenError, Setup, Store};

#[test]
fn what_is_in_use_is_not_restored_over() {
    on_both(|store| {
        organisation(store);
        let key = Identity::generate();
        let (bytes, _) = dumped(store, &What::Whole, &key.recipient());
        let there = Place { setup: store.setup(), _database: None, directory: Directory::make() };
        let said = there.restore(&bytes, &key).err().unwrap().to_string();
        assert!(said.contains("is not empty"), "{said}");
        // A database in use is refused from an empty directory, too.
        if let Some(url) = store.setup().postgres {
            let setup = Setup { directory: there.directory.0.join("new"), postgres: Some(url), ..store.setup() };
            let refused = dump::restore_into_empty(open(&bytes, &key).unwrap(), setup, None).err().unwrap();
            assert!(refused.to_string().contains("database is not empty"), "{refused}");
            assert!(!there.directory.0.join("new").exists());
        }
        assert!(store.verify().is_whole());
        let place = Place::sqlite(store);
        std::fs::create_dir_all(&place.setup.directory).unwrap();
        std::fs::write(place.setup.directory.join("a letter"), "mine").unwrap();
        assert!(place.restore(&bytes, &key).is_err());
        assert_eq!(place.left(), ["a letter"]);
    });
}

#[test]
fn half_a_restore_serves_nobody_and_is_begun_again() {
    on_both(|store| {
        let made = organisation(store);
        let key = Identity::generate();
        let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let Some(place) = Place::on(store, dialect) else { continue };
            // Whoever is killed before the end never finishes.
            drop(place.restore(&bytes, &key).unwrap());
            let refused = Store::open(place.setup.clone()).err().unwrap();
            assert!(matches!(refused, OpenError::HalfRestored(_)), "{refused}");
            if dialect == Dialect::Postgres {
                let elsewhere = Setup { directory: place.directory.0.join("other"), ..place.setup.clone() };
                let refused = Store::open(elsewhere).err().unwrap();
                assert!(matches!(refused, OpenError::HalfRestored(_)), "nor from another directory: {refused}");
            }
            // Whoever is killed while the marks are taken away was done.
            let restored = place.restore(&bytes, &key).unwrap();
            assert_eq!(restored.told, told);
            drop(restored);
            std::fs::write(place.setup.directory.join("restoring"), "over\n").unwrap();
            Store::open(place.setup.clone()).unwrap();
            assert!(!place.left().contains(&"restoring".to_owned()));
            std::fs::remove_dir_all(&place.setup.directory).unwrap();
            if let Some(url) = &place.setup.postgres {
                Database::empty(url);
            }

            let restored = place.restore(&bytes, &key).unwrap();
            assert_eq!(restored.told, told);
            stands(&restored.finish().unwrap(), &made);
            assert!(place.restore(&bytes, &key).is_err(), "what is over is in use");
        }
    });
}
