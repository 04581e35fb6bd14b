/** The network that comes with the page, relative to it. */
export const packagedModel = "models/cat_vs_dog.h5";

/** Names of the photos that come with the page: `photos/NAME.jpg`. */
export const packagedPhotos: readonly string[] = ["dog", "cat"];

/** Where such a photo lies. */
export const photoPath = (name: string): string => `photos/${name}.jpg`;

/** Whether a photo with this address comes with the page. */
export const isPackaged = (address: string): boolean => packagedPhotos.includes(address);
