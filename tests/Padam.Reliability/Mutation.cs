namespace Padam.Reliability;

/// <summary>Bytes as damage and malice leave them: some of flipped, cut, doubled, filled, moved and typed over.</summary>
internal static class Mutation
{
    private static readonly byte[][] Favourites =
    [
        [0xff, 0xff, 0xff, 0xff],
        [0, 0, 0, 0, 0, 0, 0, 0x80],
        [0xff, 0xff, 0xff, 0x7f],
        "-1"u8.ToArray(),
        "1e999"u8.ToArray(),
        "18446744073709551616"u8.ToArray(),
        "null"u8.ToArray(),
        "[[[["u8.ToArray(),
        "\"\\ud800\""u8.ToArray(),
        "NaN"u8.ToArray(),
        "{}"u8.ToArray(),
        "\n"u8.ToArray(),
        ";;"u8.ToArray(),
        [0xef, 0xbb, 0xbf],
    ];

    internal static byte[] Of(byte[] honest, Random random)
    {
        List<byte> bytes = [.. honest];
        for (int left = 1 + random.Next(4); left > 0; left--)
        {
            int at = random.Next(bytes.Count + 1),
                length = Math.Min(random.Next(1, 64), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 5:
                    bytes.InsertRange(at, Favourites[random.Next(Favourites.Length)]);
                    break;
                case 6:
                    byte[] favourite = Favourites[random.Next(Favourites.Length)];
                    for (int i = 0; i < favourite.Length && at + i < bytes.Count; i++)
                        bytes[at + i] = favourite[i];
                    break;
            }
        }

        return [.. bytes];
    }
}
