"""From response bodies and declarations to Arrow tables; knows no source, table or column by name."""
