/** Pixels along a side of a photo that is taken for training. */
const side = 224;

/** Asks for the camera. @throws Error in the browser's words where there is none or the user says no */
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new Error("this browser gives none to this page");
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
}

let taken = 0;

/** The middle of what the camera sees now, as a photo. */
export async function takeSquare(video: HTMLVideoElement): Promise<File> {
  const { videoWidth, videoHeight } = video;
  const edge = Math.min(videoWidth, videoHeight);
  const canvas = new OffscreenCanvas(side, side);
  const [left, top] = [(videoWidth - edge) / 2, (videoHeight - edge) / 2];
  canvas.getContext("2d")!.drawImage(video, left, top, edge, edge, 0, 0, side, side);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  return new File([blob], `camera-${++taken}.jpg`, { type: "image/jpeg" });
}
