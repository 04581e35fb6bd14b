// Of all the library, what opens a data set: the page takes it when a zip is given, and nothing else of it.
export { openDataset } from "striate";
