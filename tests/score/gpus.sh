#!/bin/sh
# Workers of one machine each ask once: the first gets GPU 0, the second GPU 1.
for address in 0 1; do
    if mkdir "$(dirname "$0")/gpu-$address" 2> /dev/null; then
        echo "{\"name\": \"gpu\", \"addresses\": [\"$address\"]}"
        exit
    fi
done
