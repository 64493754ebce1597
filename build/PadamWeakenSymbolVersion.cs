using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

// Copies a 64-bit little-endian ELF library and sets VER_FLG_WEAK on one entry of its .gnu.version_r,
// so that the loader warns about the missing symbol version instead of refusing the library.
public sealed class PadamWeakenSymbolVersion : Task
{
    private const uint SectionGnuVerneed = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Target { get; set; }

    [Required]
    public string SymbolVersion { get; set; }

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            Log.LogError("{0} is not a 64-bit little-endian ELF library.", Source);
            return false;
        }

        int marked = MarkWeak(elf);
        Directory.CreateDirectory(Path.GetDirectoryName(Target));
        string unfinished = Target + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(unfinished, elf);
        if (File.Exists(Target))
            File.Delete(Target);
        File.Move(unfinished, Target);
        Log.LogMessage(MessageImportance.Low, "{0}: {1} entries of {2} marked weak.", Target, marked, SymbolVersion);
        return true;
    }

    private int MarkWeak(byte[] elf)
    {
        long sections = BitConverter.ToInt64(elf, 0x28);
        int entrySize = BitConverter.ToUInt16(elf, 0x3a),
            count = BitConverter.ToUInt16(elf, 0x3c),
            marked = 0;
        for (int i = 0; i < count; i++)
        {
            int header = checked((int)(sections + (long)i * entrySize));
            if (BitConverter.ToUInt32(elf, header + 4) != SectionGnuVerneed)
                continue;

            int link = checked((int)(sections + (long)BitConverter.ToUInt32(elf, header + 0x28) * entrySize));
            int names = checked((int)BitConverter.ToInt64(elf, link + 0x18));
            int need = checked((int)BitConverter.ToInt64(elf, header + 0x18));
            int needs = BitConverter.ToInt32(elf, header + 0x2c);
            for (int n = 0; n < needs; n++)
            {
                int entry = need + BitConverter.ToInt32(elf, need + 8);
                for (int e = BitConverter.ToUInt16(elf, need + 2); e > 0; e--)
                {
                    if (NameAt(elf, names + BitConverter.ToInt32(elf, entry + 8)) == SymbolVersion)
                    {
                        ushort flags = (ushort)(BitConverter.ToUInt16(elf, entry + 4) | WeakFlag);
                        elf[entry + 4] = (byte)flags;
                        elf[entry + 5] = (byte)(flags >> 8);
                        marked++;
                    }

                    entry += BitConverter.ToInt32(elf, entry + 12);
                }

                need += BitConverter.ToInt32(elf, need + 12);
            }
        }

        return marked;
    }

    private static string NameAt(byte[] elf, int start)
    {
        int end = Array.IndexOf(elf, (byte)0, start);
        return Encoding.ASCII.GetString(elf, start, end - start);
    }
}
