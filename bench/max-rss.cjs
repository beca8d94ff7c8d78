// Loaded before a program: writes down, in bytes, the most memory that its process had.
const {writeFileSync} = require('node:fs')

process.on('exit', () => writeFileSync(process.env.MAX_RSS_FILE, String(process.resourceUsage().maxRSS * 1024)))
