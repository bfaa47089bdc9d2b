cd /work/h1; /work/b h1 swift build --build-tests -Xswiftc -use-ld=lld 2>&1 | grep -E "error|warning: (unused|var)|Build complete" | sort -u | head -30
time /work/b h1 swift test --skip-build -Xswiftc -use-ld=lld --filter "$1" 2>&1 | grep -v "^warning\|Planning\|Test Suite\|Executed" | tail -${2:-60}; date -u
