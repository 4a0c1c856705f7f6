"""A reader of the appliance's formats, written from FORMAT.md alone; it shares no code with the product."""
