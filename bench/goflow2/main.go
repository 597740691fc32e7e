// Command goflow2-decode decodes the datagrams of a file with goflow2's decoders, over and over, and prints what it did
// for its CPU time as JSON. It stops at goflow2's own structures: no producer, no output.
//
// The file: for each datagram its length, 32 bits big-endian, and its octets. The first is decoded once, the others in
// every pass.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/sflow"
)

func readDatagrams(name string) ([][]byte, error) {
	octets, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var datagrams [][]byte
	for len(octets) >= 4 {
		length := int(binary.BigEndian.Uint32(octets))
		if length > len(octets)-4 {
			return nil, fmt.Errorf("%s is cut off", name)
		}
		datagrams = append(datagrams, octets[4:4+length])
		octets = octets[4+length:]
	}
	return datagrams, nil
}

// cpuSeconds is of all threads: the garbage collector's, too.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func decodeNetFlow(datagram []byte, templates netflow.NetFlowTemplateSystem) (int, error) {
	var v9 netflow.NFv9Packet
	var ipfix netflow.IPFIXPacket
	if err := netflow.DecodeMessageVersion(bytes.NewBuffer(datagram), templates, &v9, &ipfix); err != nil {
		return 0, err
	}
	records := 0
	for _, sets := range [][]interface{}{v9.FlowSets, ipfix.FlowSets} {
		for _, set := range sets {
			if data, ok := set.(netflow.DataFlowSet); ok {
				records += len(data.Records)
			}
		}
	}
	return records, nil
}

func decodeSflow(datagram []byte) (int, error) {
	var packet sflow.Packet
	if err := sflow.DecodeMessageVersion(bytes.NewBuffer(datagram), &packet); err != nil {
		return 0, err
	}
	return len(packet.Samples), nil
}

func run(name string, seconds float64) error {
	datagrams, err := readDatagrams(name)
	if err != nil {
		return err
	}
	templates := netflow.CreateTemplateSystem()
	decode := func(datagram []byte) (int, error) {
		if binary.BigEndian.Uint16(datagram) == 0 {
			return decodeSflow(datagram)
		}
		return decodeNetFlow(datagram, templates)
	}
	if _, err := decode(datagrams[0]); err != nil {
		return err
	}
	pass := func() (int, error) {
		records := 0
		for _, datagram := range datagrams[1:] {
			n, err := decode(datagram)
			if err != nil {
				return 0, err
			}
			records += n
		}
		return records, nil
	}
	perPass, err := pass()
	if err != nil {
		return err
	}
	records := 0
	start := cpuSeconds()
	used := 0.0
	for used < seconds {
		n, err := pass()
		if err != nil {
			return err
		}
		records += n
		used = cpuSeconds() - start
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"perPass": perPass, "records": records, "cpuSeconds": used,
	})
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: goflow2-decode FILE CPU-SECONDS")
		os.Exit(2)
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err == nil {
		err = run(os.Args[1], seconds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
