#include "model/comparison.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

constexpr std::string_view kMissing = "missing";

std::string describe(RowDigest const &proof, CheckDepth depth) {
    std::string text = format_count(proof.rows, "row");
    if (depth == CheckDepth::content) {
        text += fmt::format(", {} bytes, hash {}", proof.bytes, to_hex(proof.hash));
    }
    return text;
}

std::string describe(SequenceEntry const &sequence) {
    return fmt::format("{}{}", sequence.last_value, sequence.is_called ? "" : " (not called)");
}

bool same(RowDigest const &a, RowDigest const &b, CheckDepth depth) {
    return depth == CheckDepth::content ? a == b : a.rows == b.rows;
}

class Comparer {
public:
    Comparer(Manifest const &manifest, Findings const &findings, CheckDepth depth)
        : manifest_(manifest), findings_(findings), depth_(depth) {}

    std::vector<Difference> run() {
        tables();
        sequences();
        large_objects();
        object_counts();
        return std::move(differences_);
    }

private:
    void tables() {
        for (std::size_t i = 0; i < manifest_.tables.size(); ++i) {
            TableEntry const &table = manifest_.tables[i];
            auto const found = i < findings_.tables.size() ? findings_.tables[i] : std::nullopt;
            if (!found || !same(table.proof, *found, depth_)) {
                add("table " + printable_name(table.schema, table.name),
                    describe(table.proof, depth_),
                    found ? describe(*found, depth_) : std::string{kMissing});
            }
        }
    }

    void sequences() {
        for (std::size_t i = 0; i < manifest_.sequences.size(); ++i) {
            SequenceEntry const &sequence = manifest_.sequences[i];
            auto const found =
                i < findings_.sequences.size() ? findings_.sequences[i] : std::nullopt;
            if (!found || found->last_value != sequence.last_value ||
                found->is_called != sequence.is_called) {
                add("sequence " + printable_name(sequence.schema, sequence.name),
                    describe(sequence), found ? describe(*found) : std::string{kMissing});
            }
        }
    }

    void large_objects() {
        LargeObjectsEntry const &expected = manifest_.large_objects;
        auto const &found = findings_.large_objects;
        if (!found) {
            if (expected.count != 0) {
                add("large objects", format_count(expected.count), std::string{kMissing});
            }
            return;
        }
        if (found->count != expected.count) {
            add("large objects", format_count(expected.count), format_count(found->count));
        } else if (depth_ == CheckDepth::content && !(found->proof == expected.proof)) {
            add("content of large objects", describe(expected.proof, depth_),
                describe(found->proof, depth_));
        }
    }

    void object_counts() {
        if (!findings_.object_counts) {
            return;
        }
        auto const &found = *findings_.object_counts;
        for (auto const &[kind, count] : manifest_.object_counts) {
            auto const entry = found.find(kind);
            std::uint64_t const have = entry == found.end() ? 0 : entry->second;
            if (have != count) {
                add("objects of kind " + kind, format_count(count), format_count(have));
            }
        }
        for (auto const &[kind, count] : found) {
            if (!manifest_.object_counts.contains(kind)) {
                add("objects of kind " + kind, "0", format_count(count));
            }
        }
    }

    void add(std::string object, std::string expected, std::string found) {
        differences_.push_back({std::move(object), std::move(expected), std::move(found)});
    }

    Manifest const &manifest_;
    Findings const &findings_;
    CheckDepth depth_;
    std::vector<Difference> differences_;
};

} // namespace

std::vector<Difference> compare(Manifest const &manifest, Findings const &findings,
                                CheckDepth depth) {
    return Comparer{manifest, findings, depth}.run();
}

} // namespace pgkeep
