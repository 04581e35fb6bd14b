// Points 8 to 11 of issue 5 have an owner who is at work on this file: please leave it alone.
export {};
