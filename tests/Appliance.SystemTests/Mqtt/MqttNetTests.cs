#if CARD_PACKAGES
using Appliance.Devices.Broker;
using Appliance.Mqtt;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Mqtt;

/// <summary>MQTTnet under the contract of all; only where the build was given its package.</summary>
public sealed class MqttNetTests(ITestOutputHelper report) : BrokerLinkContract(report)
{
    private protected override IBrokerLink Start(Stream stream, MqttOptions options) =>
        MqttNetLink.Start(stream, options);
}
#endif
