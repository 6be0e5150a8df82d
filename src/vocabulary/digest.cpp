#include "orchestrate/digest.hpp"

#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "orchestrate/error.hpp"

namespace orchestrate {

// The functions that OpenSSL 3 would rather see called read its configuration and load its tables of algorithms first,
// which takes longer than all that a gate does; and they can fail.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct Sha256::Context {
  SHA256_CTX sha{};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  SHA256_Init(&context_->sha);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  SHA256_Update(&context_->sha, bytes.data(), bytes.size());
}
void Sha256::update(std::string_view text) {
  SHA256_Update(&context_->sha, text.data(), text.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &context_->sha);
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

#pragma GCC diagnostic pop

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

std::string sha256_of_file(const std::filesystem::path& file) {
  const auto fail = [&]() -> Error { return {ErrorKind::failed, "read " + file.string(), system_reason(errno)}; };
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw fail();
  Sha256 hash;
  std::vector<std::byte> buffer(256 * 1024);
  for (;;) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      const Error error = fail();
      ::close(fd);
      throw error;
    }
    if (size == 0) break;
    hash.update(std::span(buffer).first(static_cast<std::size_t>(size)));
  }
  ::close(fd);
  return hash.finish();
}

}  // namespace orchestrate
