#!/usr/bin/env node
// Bundles the sources as they are now, then runs them as bin/run.js does.
import {bundle} from '../scripts/build.js'

await bundle()
await import('./run.js')
