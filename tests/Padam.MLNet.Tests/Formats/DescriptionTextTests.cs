using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class DescriptionTextTests
{
    private static readonly JsonTypeInfo<Described> Type =
        (JsonTypeInfo<Described>)JsonSerializerOptions.Default.GetTypeInfo(typeof(Described));

    internal sealed record Described(int Format, string Name);

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void What_is_written_is_read_from_the_oldest_layout_to_the_newest(int format)
    {
        Described written = new(format, "näme");
        Assert.AreEqual(written, Read(DescriptionText.Write(written, Type)));
    }

    [TestMethod]
    [DataRow(1, "file has format 1; this version of Padam.MLNet reads 2 to 4")]
    [DataRow(5, "file has format 5; this version of Padam.MLNet reads 2 to 4")]
    public void Other_layouts_are_refused_by_their_number(int format, string said) =>
        StringAssert.Contains(Refused(DescriptionText.Write(new Described(format, ""), Type)), said);

    [TestMethod]
    [DataRow("{}")]
    [DataRow("[3]")]
    [DataRow("{\"Format\":\"3\"}")]
    [DataRow("{\"Format\":3.5}")]
    public void A_text_that_says_no_layout_has_layout_0(string json) => StringAssert.Contains(Refused(Signed(json)), "has format 0");

    [TestMethod]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        byte[] whole = DescriptionText.Write(new Described(3, "name"), Type);
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            StringAssert.StartsWith(Refused(flipped), "file: the description");
        }
    }

    [TestMethod]
    public void A_text_cut_anywhere_is_noticed()
    {
        byte[] whole = DescriptionText.Write(new Described(3, "name"), Type);
        for (int length = 0; length < whole.Length; length++)
            StringAssert.StartsWith(Refused(whole[..length]), "file: the description");
    }

    [TestMethod]
    [DataRow("{\"Format\":3", "cannot be read")]
    [DataRow("{\"Format\":3,\"Name\":4}", "cannot be read")]
    [DataRow("null", "has format 0")]
    [DataRow("", "cannot be read")]
    public void A_text_that_is_no_description_is_refused_though_its_checksum_is_right(string json, string said) =>
        StringAssert.Contains(Refused(Signed(json)), said);

    [TestMethod]
    public void Sixteen_MiB_are_read_and_no_byte_more()
    {
        int rest = DescriptionText.Write(new Described(3, ""), Type).Length;
        Described longest = new(3, new string('a', (16 << 20) - rest));
        Assert.AreEqual(longest, Read(DescriptionText.Write(longest, Type)));
        StringAssert.Contains(
            Refused(DescriptionText.Write(longest with { Name = longest.Name + "a" }, Type)),
            "the description has more than 16777216 bytes"
        );
    }

    private static Described Read(byte[] text) => DescriptionText.Read(new MemoryStream(text), "file", oldest: 2, newest: 4, Type);

    private static string Refused(byte[] text) => Assert.ThrowsExactly<InvalidDataException>(() => Read(text)).Message;

    private static byte[] Signed(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        return [.. bytes, .. Encoding.ASCII.GetBytes($"\n{DescriptionText.Hash(bytes)}\n")];
    }
}
