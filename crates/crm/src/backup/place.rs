//! The file a backup goes to: under another name until it is whole, gone when it is not.
//!
//! Two who write the same backup at once do not meet: the second is told. A file that is there is never replaced, also
//! when it comes while the backup is written.
//! Not here: what is written. Proved by `crates/crm/tests/it/backup.rs` and `crates/castellan/tests/it/main.rs`.

use super::NotDone;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::dump::Unfit;

/// It.
pub(super) struct Place {
    file: File,
    part: PathBuf,
    path: PathBuf,
    is_named: std::cell::Cell<bool>,
}

impl Place {
    pub(super) fn take(path: &Path) -> Result<Place, NotDone> {
        if path.symlink_metadata().is_ok() {
            return Err(taken(path));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.create(true).write(true).truncate(false).open(&part).map_err(out)?;
        if file.try_lock().is_err() {
            return Err(NotDone::Taken(format!("another backup is being written to `{}`", path.display())));
        }
        let place = Place { file, part, path: path.to_owned(), is_named: false.into() };
        // What somebody who was killed left is written over.
        place.file.set_len(0).map_err(out)?;
        Ok(place)
    }

    pub(super) fn out(&self) -> &File {
        &self.file
    }

    pub(super) fn sync(&self) -> Result<(), NotDone> {
        self.file.sync_all().map_err(out)
    }

    /// Gives the file its name, unless something else has it by now.
    pub(super) fn give_its_name(self) -> Result<(), NotDone> {
        match std::fs::hard_link(&self.part, &self.path) {
            Ok(()) => std::fs::remove_file(&self.part).map_err(out)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(taken(&self.path)),
            // Some disks know no second name for a file.
            Err(_) if self.path.symlink_metadata().is_ok() => return Err(taken(&self.path)),
            Err(_) => std::fs::rename(&self.part, &self.path).map_err(out)?,
        }
        self.is_named.set(true);
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(out)?;
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_named.get() {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn taken(path: &Path) -> NotDone {
    NotDone::Taken(format!("`{}` is there already; a backup never replaces a file", path.display()))
}

fn out(error: std::io::Error) -> NotDone {
    NotDone::Unfit(Unfit::Out(error))
}
