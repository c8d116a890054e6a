-- Whose snapshots there are: a row for each organisation and caller, as the names of folders write them.
SELECT DISTINCT org, caller FROM dfns_sources
