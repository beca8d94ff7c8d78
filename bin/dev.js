#!/usr/bin/env node
// Builds from the sources as they are now, unchecked types and all, then runs as bin/run.js does.
import('../scripts/build.js').then(async ({bundle, writeManifest}) => {
  await bundle()
  await writeManifest()
  require('./run.js')
})
