#!/usr/bin/env node
// Builds from the sources as they are now, unchecked types and all, then runs as bin/run.js does.
import {bundle, writeManifest} from '../scripts/build.js'

await bundle()
await writeManifest()
await import('./run.js')
