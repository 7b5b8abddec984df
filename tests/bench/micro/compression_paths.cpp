// Members made and read back, at the levels that people choose. One run is 4 MiB of text: as many
// members as it takes for what a compressor learns of one to serve the next.

#include "gzip/deflate.hpp"
#include "gzip/member.hpp"

#include "hot_path.hpp"
#include "inputs.hpp"

#include <memory>

namespace pgkeep::bench {

namespace {

constexpr std::size_t kText = 4 * format::kMaxMemberText;
constexpr RowKind kKinds[] = {RowKind::narrow, RowKind::json, RowKind::hex};
constexpr int kLevels[] = {1, 5, 6, 9};

std::vector<std::string> member_texts(RowKind kind) {
    std::string const text = text_of(rows_of(kind, kText)).substr(0, kText);
    std::vector<std::string> texts;
    for (std::size_t begin = 0; begin < text.size(); begin += format::kMaxMemberText) {
        texts.push_back(text.substr(begin, format::kMaxMemberText));
    }
    return texts;
}

Work deflate_work(RowKind kind, int level) {
    auto const texts = std::make_shared<std::vector<std::string>>(member_texts(kind));
    auto const deflater = std::make_shared<Deflater>(level);
    return {[=] {
                for (auto const &text : *texts) {
                    consume(deflater->deflate(as_bytes(text)).size());
                }
            },
            kText};
}

Work inflate_work(RowKind kind, int level) {
    struct State {
        std::vector<Bytes> deflated;
        Bytes into = Bytes(format::kMaxMemberText);
        Inflater inflater;
    };
    auto const state = std::make_shared<State>();
    Deflater deflater{level};
    for (auto const &text : member_texts(kind)) {
        ByteView const data = deflater.deflate(as_bytes(text));
        state->deflated.emplace_back(data.begin(), data.end());
    }
    return {[state] {
                for (auto const &data : state->deflated) {
                    state->inflater.inflate(data, state->into);
                    consume(state->into.front());
                }
            },
            kText};
}

Work compress_member_work(RowKind kind) {
    auto const texts = std::make_shared<std::vector<std::string>>(member_texts(kind));
    auto const compressor = std::make_shared<MemberCompressor>(1);
    return {[=] {
                for (auto const &text : *texts) {
                    Bytes member;
                    compressor->compress(text, {}, member);
                    consume(member.size());
                }
            },
            kText};
}

Work inflate_member_work(RowKind kind) {
    auto const members = std::make_shared<std::vector<Bytes>>();
    MemberCompressor compressor{6};
    for (auto const &text : member_texts(kind)) {
        compressor.compress(text, {}, members->emplace_back());
    }
    auto const inflater = std::make_shared<MemberInflater>();
    return {[=] {
                for (auto const &member : *members) {
                    consume(inflater->inflate(member).size());
                }
            },
            kText};
}

} // namespace

std::vector<HotPath> compression_paths() {
    std::vector<HotPath> paths;
    for (RowKind const kind : kKinds) {
        std::string const rows = name_of(kind);
        for (int const level : kLevels) {
            std::string const which = std::to_string(level) + '/' + rows;
            paths.push_back({"deflate/" + which, [=] { return deflate_work(kind, level); }});
            paths.push_back({"inflate/" + which, [=] { return inflate_work(kind, level); }});
        }
        paths.push_back({"compress_member/1/" + rows, [=] { return compress_member_work(kind); }});
        paths.push_back({"inflate_member/6/" + rows, [=] { return inflate_member_work(kind); }});
    }
    return paths;
}

} // namespace pgkeep::bench
