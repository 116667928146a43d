//! How a [`Value`] is bound and read back, on either database.
//!
//! Only the portable core crosses: whole numbers, text, ids and bytes. SQLite keeps an id as sixteen bytes.
//! Not here: what a value means (`catalogue`). Proved by `crates/store/tests/it/main.rs`.

use crate::Fault;
use catalogue::{RowId, Value};
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::error::Error;
use uuid::Uuid;

#[derive(Debug)]
pub(crate) struct Bound<'a>(pub(crate) &'a Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Id(id) => ValueRef::Blob(id.0.as_bytes()),
            Value::Bytes(b) => ValueRef::Blob(b),
        }))
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Text(t) => t.as_str().to_sql(ty, out),
            Value::Id(id) if *ty == Type::BYTEA => id.0.as_bytes().as_slice().to_sql(ty, out),
            Value::Id(id) => id.0.to_sql(ty, out),
            Value::Bytes(b) => b.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

pub(crate) fn from_sqlite(value: ValueRef<'_>) -> Result<Value, Fault> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(t) => Value::Text(String::from_utf8(t.to_vec()).map_err(|_| Fault::broken("text is not UTF-8"))?),
        ValueRef::Blob(b) => match <[u8; 16]>::try_from(b) {
            Ok(bytes) => Value::Id(RowId(Uuid::from_bytes(bytes))),
            Err(_) => Value::Bytes(b.to_vec()),
        },
        ValueRef::Real(_) => return Err(Fault::broken("a floating-point number where none is kept")),
    })
}

pub(crate) fn from_postgres(row: &postgres::Row, n: usize) -> Result<Value, Fault> {
    struct Any(Value);
    impl<'a> FromSql<'a> for Any {
        fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Any, Box<dyn Error + Sync + Send>> {
            Ok(Any(match *ty {
                Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
                Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
                Type::BOOL => Value::Int(i64::from(bool::from_sql(ty, raw)?)),
                Type::UUID => Value::Id(RowId(Uuid::from_sql(ty, raw)?)),
                Type::BYTEA => Value::Bytes(Vec::<u8>::from_sql(ty, raw)?),
                _ => Value::Text(String::from_sql(ty, raw)?),
            }))
        }
        fn from_sql_null(_: &Type) -> Result<Any, Box<dyn Error + Sync + Send>> {
            Ok(Any(Value::Null))
        }
        fn accepts(_: &Type) -> bool {
            true
        }
    }
    row.try_get::<_, Any>(n).map(|any| any.0).map_err(Fault::from)
}
