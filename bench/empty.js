/* eslint-disable unicorn/no-empty-file -- what Node itself takes to start and to end */
