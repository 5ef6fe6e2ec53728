#!/bin/sh
# Answers one request on stdin and stdout; nc starts it for each connection.
read -r _ path _
while read -r header && [ "${header%?}" ]; do
    case $header in [Cc]ontent-[Ll]ength:*) length=$(echo "$header" | tr -cd 0-9) ;; esac
done
answer=/tmp/$$
case $path in
    /map) head -c "$length" | tr -cs '[:alnum:]_' '\n' | sort | uniq -c | awk '$2 != "" { print $2 "\t" $1 }' ;;
    /reduce) head -c "$length" | awk -F '\t' 'NR == 1 || $1 "" != key { if (NR > 1) print key "\t" sum; key = $1 ""; sum = 0 } { sum += $2 } END { if (NR) print key "\t" sum }' ;;
esac > "$answer"
printf 'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' "$(wc -c < "$answer")"
cat "$answer"
rm "$answer"
