/**
 * The DataView of the array looked at last: four bytes at a time are read and compared much faster than one by one. Made
 * once per array, since line after line and key after key lies in the same one.
 */
export class ViewCache {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);

  of(bytes: Uint8Array): DataView {
    if (bytes === this.#bytes) return this.#view;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }
}
