using System.Security.Cryptography;

namespace Padam.Reproduce.Data;

/// <summary>Which file it is: its length in bytes and its SHA-256. Of a link, those of what it leads to.</summary>
internal sealed record FileIdentity(long Length, string Sha256)
{
    public static FileIdentity Of(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return new FileIdentity(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
