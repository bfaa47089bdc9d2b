# direct run of the built tests
cd /work/h1; time unshare -m bash -c 'mount --bind /work/h1 /work/main && cd /work/main && timeout 500 .build/debug/campus-tillPackageTests.xctest --testing-library swift-testing --filter "$1" 2>&1' _ "$1" | tail -${2:-60}; date -u
