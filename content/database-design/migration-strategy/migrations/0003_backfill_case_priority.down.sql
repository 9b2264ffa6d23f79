-- Nothing to undo: the values are right, and 0002 drops them.
select 1;
