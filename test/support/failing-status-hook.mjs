/** A hook that cannot render anything. */
export default async function status() {
  throw new Error('the printer is on fire')
}
